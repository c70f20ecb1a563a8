import { parentPort, workerData } from "node:worker_threads"
import { verifySync } from "@node-rs/argon2"

/** One of the threads that do nothing but hash. @returns to `load.mjs` how many a second */
const { known, password, seconds } = workerData
const started = performance.now()
let count = 0
for (; performance.now() - started < seconds * 1000; count++) verifySync(known, password)
parentPort.postMessage(count / ((performance.now() - started) / 1000))
