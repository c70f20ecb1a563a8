import { readFileSync } from "node:fs"

/**
 * Preloaded by `--import`: the system's clock is off by as many milliseconds as the file CLOCK_STEP says at the moment.
 */
const SystemDate = Date
const now = () => SystemDate.now() + Number(readFileSync(process.env.CLOCK_STEP, "utf8") || 0)

globalThis.Date = class extends SystemDate {
	constructor(...given) {
		super(...(given.length > 0 ? given : [now()]))
	}

	static now() {
		return now()
	}
}
