// Table of contents of @unsent/policyd.
export {};
