import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { portOf } from '../ports.ts';
import { answer, type Request } from './api.ts';
import { type HeldZone, type Operations, transact } from './state.ts';
import { openValidator, type Validator } from './validate.ts';

/**
 * What goes wrong with one call.
 *
 * `reset`: the connection breaks before anything happened. `hang`: no answer, nothing happens. `late`: no answer, and it
 * happens when `arriveLate` is called. `done-reset`, `done-hang`, `done-502`: it happens, and the answer is lost. `half`:
 * half of the batch happens, then the connection breaks: what a crash between two batches looks like. The rest answer
 * with that status and do nothing, `429-soon` with leave to come again at once; `garbage` answers 200 with no JSON, after doing it.
 */
export const FAULTS = [
  'reset',
  'hang',
  'late',
  'done-reset',
  'done-hang',
  'done-502',
  'half',
  '429',
  '429-soon',
  '500',
  '502',
  'garbage',
] as const;

export type Fault = (typeof FAULTS)[number];

export type StandIn = {
  /** For CLOUDFLARE_BASE_URL. */
  readonly url: string;
  readonly token: string;
  readonly zones: HeldZone[];
  /** Method and path of every call that came, in order. */
  readonly calls: string[];
  readonly validator: Validator;
  /** Decides by the number of the call (from 0) what goes wrong with it. */
  faults: (call: number) => Fault | null;
  /** Carries out what calls with the fault `late` asked for. */
  arriveLate(): void;
  close(): Promise<void>;
};

/** Starts a stateful stand-in for Cloudflare's API on a free loopback port. Many may share a validator. */
export async function startStandIn(
  zones: HeldZone[],
  { token = 'stand-in-token', validator = openValidator() }: { token?: string; validator?: Validator } = {},
): Promise<StandIn> {
  const late: (() => void)[] = [];
  const calls: string[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => serve(body));
    function serve(body: string): void {
      const call = calls.length;
      calls.push(`${request.method} ${request.url?.replace(/^\/client\/v4/, '').replace(/\?.*/, '')}`);
      handle(standIn, { ...requestOf(request), body }, response, standIn.faults(call), late);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const standIn: StandIn = {
    url: `http://127.0.0.1:${portOf(server)}/client/v4`,
    token,
    zones,
    calls,
    validator,
    faults: () => null,
    arriveLate: () => {
      for (const happen of late) happen();
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return standIn;
}

function handle(
  standIn: StandIn,
  request: Request,
  response: ServerResponse,
  fault: Fault | null,
  late: (() => void)[],
): void {
  const happen = (): ReturnType<typeof answer> => answer(standIn, request);
  if (fault === null) {
    const { status, body } = happen();
    response.writeHead(status, { 'content-type': 'application/json', ...RATE_HEADERS }).end(JSON.stringify(body));
    return;
  }
  if (fault === 'late') late.push(happen);
  if (fault === 'half') halfOf(standIn, request);
  if (fault.startsWith('done-') || fault === 'garbage') happen();
  if (/reset$|^half$/.test(fault)) response.socket?.destroy();
  if (fault.startsWith('429')) {
    const after = fault === '429' ? '300' : '0';
    reply(response, 429, { 'retry-after': after }, 971, 'Please wait and consider throttling your request speed');
  }
  if (/^5/.test(fault)) reply(response, Number(fault), {}, 10_000, 'internal error');
  if (fault === 'done-502') response.writeHead(502, { 'content-type': 'text/html' }).end('<html>bad gateway</html>');
  if (fault === 'garbage') response.writeHead(200, { 'content-type': 'application/json' }).end('{"result": [');
  // What hangs is left open until the client gives up.
}

const RATE_HEADERS = { ratelimit: '"default";r=1150;t=240', 'ratelimit-policy': '"default";q=1200;w=300' };

function reply(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  code: number,
  message: string,
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ success: false, errors: [{ code, message }], messages: [], result: null }));
}

/** The first half of a batch in the order in which it is carried out; other calls happen whole. */
function halfOf(standIn: StandIn, request: Request): void {
  const zone = standIn.zones.find(({ id }) => request.path === `/zones/${id}/dns_records/batch`);
  if (zone === undefined) {
    answer(standIn, request);
    return;
  }
  const { deletes = [], puts = [], posts = [] }: Partial<Operations> = JSON.parse(request.body);
  const none = { deletes: [], patches: [], puts: [], posts: [] };
  const steps: Operations[] = [
    ...deletes.map((one) => ({ ...none, deletes: [one] })),
    ...puts.map((one) => ({ ...none, puts: [one] })),
    ...posts.map((one) => ({ ...none, posts: [one] })),
  ];
  let made = 0;
  const newId = (): string => `half-${standIn.calls.length}-${made++}`;
  for (const step of steps.slice(0, Math.ceil(steps.length / 2)))
    transact(zone, step, newId, new Date(0).toISOString());
}

function requestOf(request: IncomingMessage): Omit<Request, 'body'> {
  const url = new URL(request.url ?? '/', 'http://stand-in');
  return {
    method: request.method ?? '',
    path: url.pathname.replace(/^\/client\/v4/, ''),
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(Object.entries(request.headers).map(([key, value]) => [key, String(value)])),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
