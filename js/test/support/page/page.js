// Puts sayso/web where a test can reach it from outside the browser.

import * as errors from "sayso";
import * as sayso from "sayso/web";
import { compareAll } from "../compare.mjs";

window.sayso = sayso;
window.errors = errors;
window.compareAll = compareAll;
