// `pobatch/operations`, for the interfaces of other packages (server, page). It changes with them and does not follow
// the versioning rules of the public API in src/index.ts.
export { looksLikeBuild, recognizeBuild } from "../builds/build-text.js";
export { digest } from "../common/digest.js";
export { oneLine } from "../common/errors.js";
export { gainOf, percentOf } from "../common/gain.js";
export { nearest } from "../common/suggest.js";
export { csv, jsonLines, jsonNumber, type RowWriter } from "../rows/row-writers.js";
export { type RowFailure, readSetLine, type SetLine } from "../rows/set-line.js";
export { asNodeSetsAnswer } from "../search/power.js";
export { mergeChanges } from "../variants/merge.js";
export { WorkClock } from "./ahead.js";
export { rankAnoints } from "./anoints.js";
export { type AnsweredRows, type BatchRequest, evaluateLines } from "./batch.js";
export { type CalculateRequest, type Compared, calculateSheet, calculateStats } from "./calculate.js";
export { type BuildComparison, compareBuilds, compareLoaded } from "./compare-builds.js";
export { compareItems, itemTexts } from "./compare-items.js";
export { rankConditions } from "./conditions.js";
export { rankJewels } from "./jewels.js";
export type { NamedInput } from "./named-input.js";
export { type NamedVariants, readNamedVariants } from "./named-variants.js";
export { drawPower, type PowerAnswer, type PowerRequest, rankNodes } from "./power.js";
export type { RankedAlternative, Ranking, RankingRequest } from "./ranking.js";
export { drawSearch, searchBuild } from "./search.js";
export { fullDpsChange, type SkillGroup, skillGroups } from "./skill-groups.js";
export { checkedStats, statsOf } from "./stats.js";
export { rankSupports } from "./supports.js";
export { rankWeights } from "./weights.js";
