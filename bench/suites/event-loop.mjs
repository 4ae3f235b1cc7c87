// How long batches delay the event loop of their process.
import { delays } from "./event-loop/delays.mjs";

export const parts = [delays];
