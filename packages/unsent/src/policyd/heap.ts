import { setFlagsFromString } from 'node:v8';

/** By how much memory may grow over what is in use before V8 looks for what is not. Its own choice may be 300. */
const GROWING_PERCENT = 75;

/**
 * A daemon's memory is caches of a size that does not change, and what it throws away fills the rest: left alone, V8 lets
 * 25 MB grow to over 100 before it looks. Looking more often costs a few percent of the processor under full load.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
}
