// The one file that loads the public suffix list; `site.ts` imports it when it needs the list. It stands between the two
// because in the command's bundle a library of CommonJS that is imported by itself has no named exports.
export { getDomain } from 'tldts';
