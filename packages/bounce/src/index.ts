// Table of contents of @unsent/bounce.
export {};
