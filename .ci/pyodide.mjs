// Runs pytest in Pyodide (CPython as WebAssembly: no NumPy, no processes), on the folder it is started in.
// usage: node pyodide.mjs FOLDER [pytest's arguments]; FOLDER has npm's `pyodide` and the pure packages tests import.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [packages, ...args] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(createRequire(`${packages}/`).resolve("pyodide/pyodide.mjs")));
const python = await loadPyodide({ env: { HOME: "/tmp", PYTHONDONTWRITEBYTECODE: "1" } });
for (const [inside, outside] of [["/packages", packages], ["/checkout", process.cwd()]]) {
    python.FS.mkdirTree(inside);
    python.mountNodeFS(inside, outside);
}
python.globals.set("arguments", python.toPy(args));
try {
    process.exitCode = await python.runPythonAsync(`
        import os, sys
        os.chdir("/checkout")
        sys.path[:0] = ["/checkout", "/packages"]
        import pytest
        int(pytest.main(list(arguments)))
    `);
} catch (error) {
    console.error(error.message ?? error);  // of the error alone: its source is one line of 700 kB
    process.exitCode = 1;
}
