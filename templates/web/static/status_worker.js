/* A status set brought up to date beside the page: with ten million numbers it takes seconds, and the page stays quick. */

import { StatusSet } from "./status_set.js";

addEventListener("message", ({ data: { before, change } }) => {
  try {
    const after = new StatusSet(before).changed(change);
    postMessage({ after }, [after.buffer]);
  } catch {
    postMessage({ after: null });
  }
});
