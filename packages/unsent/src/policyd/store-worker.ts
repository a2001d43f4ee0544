import { parentPort, workerData } from 'node:worker_threads';
import { StoreKeeper } from './store-keeper.ts';
import type { ToStore } from './store-protocol.ts';

const keeper = new StoreKeeper(
  workerData,
  (message, transfer) => parentPort?.postMessage(message, transfer),
  () => parentPort?.close(),
);
parentPort?.on('message', (message: ToStore) => keeper.receive(message));
