import type { Dialect } from './dialect.ts';

/**
 * Lotus Domino ("was not delivered to:" … "because:") and Lotus Notes ("Failure Reasons", the reason above the
 * address).
 */
export const lotusDialects: readonly Dialect[] = [
  {
    id: 'domino',
    signs: { text: ['was not delivered to:'] },
    reasons: [
      ['not listed in', 'userunknown'],
      ['database is currently being compacted', 'systemerror'],
      ['no route found', 'hostunknown'],
    ],
  },
  {
    id: 'notes',
    signs: { text: ['failure reasons  --', 'failure reasons --'] },
    reasons: [
      ['not listed in public name', 'userunknown'],
      ['exceeded maximum hop count', 'networkerror'],
    ],
  },
];
