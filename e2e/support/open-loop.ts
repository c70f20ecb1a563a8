import { Agent, request } from "node:http"
import { performance } from "node:perf_hooks"

export type Timed = { status: number; code?: string; retryAfter?: string; ms: number }

/**
 * Asks at a rate of its own, whether or not what it asked before was answered: as people do, and not as a client that
 * waits for its turn.
 *
 * @param ask sends one request; its time counts from when it was due
 */
export async function atRate(
	perSecond: number,
	seconds: number,
	ask: () => Promise<Timed>,
): Promise<Timed[]> {
	const answers: Promise<Timed>[] = []
	const started = performance.now()
	for (let elapsed = 0; elapsed < seconds; elapsed = (performance.now() - started) / 1000) {
		while (answers.length < elapsed * perSecond) {
			const late = performance.now() - started - (answers.length * 1000) / perSecond
			answers.push(ask().then((answer) => ({ ...answer, ms: answer.ms + late })))
		}
		await new Promise((resolve) => setTimeout(resolve, 5))
	}
	return Promise.all(answers)
}

/** A client that costs the machine little, and opens as many connections as it needs. */
export function lightClient(url: string) {
	const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, maxFreeSockets: 4096 })
	const send = (path: string, headers: Record<string, string>, body?: string) =>
		new Promise<Timed>((resolve) => {
			const started = performance.now()
			const end = (status: number, rest: Partial<Timed> = {}) =>
				resolve({ status, ms: performance.now() - started, ...rest })
			const sent = request(url + path, { agent, method: body ? "POST" : "GET", headers }, (response) => {
				let text = ""
				response.setEncoding("utf8")
				response.on("data", (chunk) => {
					text += chunk
				})
				response.on("end", () => {
					const { statusCode: status = 0, headers: got } = response
					const code = status === 503 ? JSON.parse(text).code : undefined
					end(status, { code, retryAfter: got["retry-after"] })
				})
			})
			sent.on("error", () => end(0))
			sent.end(body)
		})
	return { send, close: () => agent.destroy() }
}

export function percentile(times: number[], part: number): number {
	const sorted = times.toSorted((a, b) => a - b)
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
