// The library with this one binary, for bundlers and installers that know their target: it does not look for others.
import { fileURLToPath } from "node:url";
import { useBinary } from "../native/addon.js";

useBinary(fileURLToPath(new URL("../../prebuilds/darwin-arm64/pobatch.node", import.meta.url)));

export * from "../index.js";
