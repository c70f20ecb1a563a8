import { randomInt } from "node:crypto"
import { createServer } from "node:net"

/** Below those that systems give to outgoing connections, one of which could take the port before it is used. */
const [LOWEST, HIGHEST] = [15_000, 32_000]
const MOST_TRIES = 100

/** @returns a port of 127.0.0.1 on which nobody listens */
export async function freePort(): Promise<number> {
	for (let tries = 0; tries < MOST_TRIES; tries++) {
		const port = randomInt(LOWEST, HIGHEST)
		if (await isFree(port)) return port
	}
	throw new Error(`No free port found among ${LOWEST} to ${HIGHEST}.`)
}

function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const probe = createServer()
		probe.once("error", () => resolve(false))
		probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)))
	})
}
