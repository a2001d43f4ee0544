import { connect, type Socket } from 'node:net';
import { type Attempt, type ClientCounts, InFlight, type Line } from './client-line.ts';
import type { DnsServer } from './server.ts';
import { setId } from './wire.ts';

/** RFC 7766 §6.2.3: a client closes a connection that it has no more use for. */
const IDLE_MS = 2_000;
const LENGTH_OCTETS = 2;

/** TCP to one server: one connection at a time, questions pipelined (RFC 7766 §6.2.1). */
export class TcpPool {
  readonly #server: DnsServer;
  readonly #counts: ClientCounts;
  #line: TcpLine | null = null;

  constructor(server: DnsServer, counts: ClientCounts) {
    this.#server = server;
    this.#counts = counts;
  }

  send(attempt: Attempt): void {
    if (this.#line === null || this.#line.isWorn) this.#line = new TcpLine(this.#server, this.#counts, this);
    this.#line.send(attempt);
  }

  close(): void {
    this.#line?.close();
    this.#line = null;
  }
}

class TcpLine implements Line {
  readonly #socket: Socket;
  readonly #counts: ClientCounts;
  readonly #pool: TcpPool;
  readonly #inFlight = new InFlight();
  readonly #frames = new FrameReader();
  #hasAnswered = false;
  /** Takes no new questions: closed by the server, or a question was given up on. */
  isWorn = false;

  constructor(server: DnsServer, counts: ClientCounts, pool: TcpPool) {
    this.#counts = counts;
    this.#pool = pool;
    counts.socketsOpened++;
    this.#socket = connect({ host: server.address, port: server.port, noDelay: true });
    this.#socket.unref();
    this.#socket.setTimeout(IDLE_MS, () => this.#closeIfIdle());
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('error', (error) => this.#fail(error.message));
    this.#socket.on('close', () => this.#fail('the server closed the connection'));
  }

  send(attempt: Attempt): void {
    const { query } = attempt;
    setId(query, this.#inFlight.add(attempt));
    attempt.line = this;
    this.#counts.sentTcp++;
    // Length and message in one segment: some servers take them apart badly (RFC 7766 §8).
    const frame = Buffer.allocUnsafe(LENGTH_OCTETS + query.length);
    frame.writeUInt16BE(query.length);
    query.copy(frame, LENGTH_OCTETS);
    this.#socket.write(frame);
  }

  /** Perhaps this connection is stuck: the next question gets a new one. */
  forget(attempt: Attempt): void {
    this.#inFlight.remove(attempt);
    this.isWorn = true;
    this.#closeIfIdle();
  }

  close(): void {
    this.isWorn = true;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    for (const message of this.#frames.push(chunk)) {
      const attempt = this.#inFlight.take(message);
      if (attempt === null) this.#counts.ignored++;
      else {
        this.#hasAnswered = true;
        attempt.answered(message);
      }
    }
    if (this.isWorn) this.#closeIfIdle();
  }

  #fail(detail: string): void {
    this.isWorn = true;
    this.#socket.destroy();
    for (const attempt of this.#inFlight.drain()) {
      // The server closed an idle connection while our question was on its way: no fault of the question, so again.
      if (this.#hasAnswered) this.#pool.send(attempt);
      else attempt.failed(detail);
    }
  }

  #closeIfIdle(): void {
    if (this.#inFlight.size === 0) this.close();
  }
}

/** Cuts a byte stream into messages, whatever the chunks (RFC 1035 §4.2.2). */
export class FrameReader {
  /** What has come and is not cut yet; joined twice a message at most, for chunks may be single octets. */
  #chunks: Buffer[] = [];
  #octets = 0;
  /** Octets up to the end of the next message; null while its length is unknown. */
  #needed: number | null = null;

  /** The messages that are complete with this chunk. */
  push(chunk: Buffer): readonly Buffer[] {
    this.#chunks.push(chunk);
    this.#octets += chunk.length;
    const messages: Buffer[] = [];
    for (;;) {
      if (this.#needed === null) {
        if (this.#octets < LENGTH_OCTETS) return messages;
        this.#needed = LENGTH_OCTETS + this.#join().readUInt16BE(0);
      }
      if (this.#octets < this.#needed) return messages;
      const whole = this.#join();
      messages.push(whole.subarray(LENGTH_OCTETS, this.#needed));
      const rest = whole.subarray(this.#needed);
      this.#chunks = [rest];
      this.#octets = rest.length;
      this.#needed = null;
    }
  }

  #join(): Buffer {
    const [first] = this.#chunks;
    const whole = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
    this.#chunks = [whole];
    return whole;
  }
}
