// Loads the files of the bundle, with the machine-independent code that V8 made of them earlier (compile.js): parsing
// them is most of what a start costs. V8 refuses code of another version and compiles as usual.
'use strict';
const { readFileSync } = require('node:fs');
const { pathToFileURL } = require('node:url');
const vm = require('node:vm');

const loaded = new Map();
/** By the name of the file. */
const scripts = new Map();

/** The exports of the file `name` beside this one. */
function load(name) {
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  loaded.set(name, module);
  const filename = `${__dirname}/${name}`;
  const source = `(function (exports, require, module, __meta) {${readFileSync(filename, 'utf8')}\n})`;
  const script = new vm.Script(source, {
    filename,
    cachedData: compiledCode(name),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  scripts.set(name, script);
  const meta = {
    get url() {
      return pathToFileURL(filename).href;
    },
  };
  script.runInThisContext()(module.exports, requireFrom, module, meta);
  return module.exports;
}

function requireFrom(name) {
  return name.startsWith('./') ? load(name.slice(2)) : require(name);
}

function compiledCode(name) {
  try {
    return readFileSync(`${__dirname}/compiled/${name}`);
  } catch {
    return undefined;
  }
}

module.exports = { load, scripts };
