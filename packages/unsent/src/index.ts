// Table of contents of the `unsent` package: what a program may import. The command itself starts in main.ts.
export type { Config } from './config.ts';
