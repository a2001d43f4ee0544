#!/usr/bin/env node
// Writes docs/rules.md from the table of rules. Needs the built packages (npm run build).
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RULES, rulesPage } from '../packages/bounce/dist/index.js';

writeFileSync(fileURLToPath(new URL('../docs/rules.md', import.meta.url)), rulesPage(RULES));
