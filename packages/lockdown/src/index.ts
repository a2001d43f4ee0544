// Table of contents of @unsent/lockdown.
export {};
