// Hosts naive-state.lua; the Lua code uses its standard input and output.
import { fileURLToPath } from "node:url";
import { Engine } from "../../../dist/index.js";

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const engine = await Engine.open({
	calculator: file("naive-state.lua"),
	threads: 1,
	sandbox: false,
	options: { script: file("naive.lua") },
});
await engine.close();
