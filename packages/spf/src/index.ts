// Table of contents of @unsent/spf.
export {};
