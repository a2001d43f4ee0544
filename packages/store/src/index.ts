// Table of contents of @unsent/store.
export {};
