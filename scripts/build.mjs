#!/usr/bin/env node
// `npm run build`: installs if needed, compiles, and makes the bundle that packages/unsent/bin/unsent.js starts.
import { build, checkNode, installIfNeeded } from './lib/run.mjs';

checkNode();
installIfNeeded();
build();
