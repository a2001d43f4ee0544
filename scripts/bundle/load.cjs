// Loads the files of the bundle, with the machine-independent code that V8 made of them earlier (compile.js): parsing
// them is most of what a start costs. V8 refuses code of another version and compiles as usual.
'use strict';
const { readFileSync } = require('node:fs');
const { pathToFileURL } = require('node:url');
const vm = require('node:vm');

const loaded = new Map();
/** By the name of the file. */
const scripts = new Map();
/** What `unpack` brought: functions by the name of the file that they are the contents of. */
const unpacked = new Map();

/** The exports of the file `name` beside this one. */
function load(name) {
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  loaded.set(name, module);
  const meta = {
    dirname: __dirname,
    get url() {
      return pathToFileURL(`${__dirname}/${name}`).href;
    },
  };
  const run =
    unpacked.get(name) ?? evaluate(name, (text) => `(function (exports, require, later, module, __meta) {${text}\n})`);
  run(module.exports, requireFrom, later, module, meta);
  return module.exports;
}

/** Makes ready the files that are together in `name`: to open one is a tenth of what a small one costs. */
function unpack(name) {
  for (const [file, run] of Object.entries(evaluate(name, (text) => text))) unpacked.set(file, run);
}

/** The value of the script that `wrap` makes of a file's text. */
function evaluate(name, wrap) {
  const filename = `${__dirname}/${name}`;
  const script = new vm.Script(wrap(readFileSync(filename).utf8Slice()), {
    filename,
    cachedData: compiledCode(name),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  scripts.set(name, script);
  return script.runInThisContext();
}

function requireFrom(name) {
  return name.startsWith('./') ? load(name.slice(2)) : require(name);
}

/** A module of Node that is loaded when something of it is used: some take longer than all that a command does. */
function later(name) {
  let module;
  return new Proxy(
    {},
    {
      get(_, key) {
        module ??= require(name);
        return module[key];
      },
    },
  );
}

function compiledCode(name) {
  try {
    return readFileSync(`${__dirname}/compiled/${name}`);
  } catch {
    return undefined;
  }
}

module.exports = { load, unpack, scripts };
