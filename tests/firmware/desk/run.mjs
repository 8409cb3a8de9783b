// Runs one program in real MicroPython (WebAssembly): node run.mjs PACKAGE FOLDER PROGRAM; FOLDER becomes its root.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [packageFolder, folder, program] = process.argv.slice(2);
const { loadMicroPython } = await import(pathToFileURL(path.join(packageFolder, "micropython.mjs")));
const say = (text) => fs.writeSync(1, text + "\n");
const mp = await loadMicroPython({ stdout: say, stderr: say, linebuffer: true });

function load(from, to) {
  for (const name of fs.readdirSync(from)) {
    const [source, target] = [path.join(from, name), path.posix.join(to, name)];
    if (fs.statSync(source).isDirectory()) {
      mp.FS.mkdir(target);
      load(source, target);
    } else mp.FS.writeFile(target, fs.readFileSync(source));
  }
}

load(folder, "/");
try {
  await mp.runPythonAsync(fs.readFileSync(program, "utf8"));
} catch (error) {
  say(String(error.message ?? error));
  process.exit(1);
}
process.exit(0);
