// The worker that `load(…, { worker: true })` starts.

import * as ort from "onnxruntime-web/wasm";
import { serve } from "./serve.js";

serve({ wasm: async () => ort });
