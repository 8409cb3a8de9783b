// A wearable on a desk: real MicroPython (WebAssembly) on a terminal, with a flash that outlives a reset.
// node board.mjs PACKAGE FLASH; the line is on file descriptor 3, the console on standard error.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [packageFolder, flash] = process.argv.slice(2);
const { loadMicroPython } = await import(pathToFileURL(path.join(packageFolder, "micropython.mjs")));
const say = (text) => fs.writeSync(2, text + "\n");
const heapsize = Number(process.env.HEAP_BYTES || 192 * 1024);
const mp = await loadMicroPython({ stdout: say, stderr: say, linebuffer: true, heapsize });
const RESET = 75;
const OWN = new Set(["/tmp", "/home", "/dev", "/proc"]);

function load(from, to) {
  for (const name of fs.readdirSync(from)) {
    const [source, target] = [path.join(from, name), path.posix.join(to, name)];
    if (fs.statSync(source).isDirectory()) {
      mp.FS.mkdir(target);
      load(source, target);
    } else mp.FS.writeFile(target, fs.readFileSync(source));
  }
}

function store(from, to) {
  fs.mkdirSync(to, { recursive: true });
  const names = mp.FS.readdir(from).filter((name) => name !== "." && name !== "..");
  for (const name of fs.readdirSync(to)) {
    if (!names.includes(name)) fs.rmSync(path.join(to, name), { recursive: true });
  }
  for (const name of names) {
    const [source, target] = [path.posix.join(from, name), path.join(to, name)];
    if (OWN.has(source)) continue;
    if (mp.FS.isDir(mp.FS.stat(source).mode)) store(source, target);
    else {
      const data = mp.FS.readFile(source);
      if (!fs.existsSync(target) || Buffer.compare(fs.readFileSync(target), Buffer.from(data))) {
        fs.writeFileSync(target, data);
      }
    }
  }
}

// The line never blocks: with nobody at the far end bytes are refused, as a cable without a reader does.
const LINE = 3;
const arrived = [];
function listen() {
  const piece = Buffer.alloc(1024);
  try {
    for (let count; (count = fs.readSync(LINE, piece)) > 0; ) arrived.push(...piece.subarray(0, count));
  } catch (error) {
    if (!["EAGAIN", "EIO"].includes(error.code)) throw error;
  }
}

mp.registerJsModule("desk_port", {
  any: () => (listen(), arrived.length),
  take: (count) => (listen(), Uint8Array.from(arrived.splice(0, count))),
  send: (data) => {
    try {
      return fs.writeSync(LINE, Uint8Array.from(data));
    } catch (error) {
      if (!["EAGAIN", "EIO"].includes(error.code)) throw error;
      return 0;
    }
  },
  sync: () => store("/", flash),
  reset: () => {
    store("/", flash);
    process.exit(RESET);
  },
});

load(flash, "/");
try {
  await mp.runPythonAsync("import sys\nsys.path.insert(0, '/a')\nimport start\nawait start.run()");
} catch (error) {
  say(String(error.message ?? error));
  process.exit(1);
}
process.exit(0);
