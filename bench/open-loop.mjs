import { percentile } from "./lines.mjs"
import { addressOf, PASSWORD, PEOPLE } from "./people.mjs"

/** A sign-in that takes no longer than this many idle ones is as before the load. */
const RECOVERED = 2
const GIVE_UP_MS = 30_000
/** The number of the first client address of visitors, whom nobody else shares one with. */
const ELSEWHERE = 1_000_000

/**
 * Right sign-ins at a rate of their own, whether or not they are answered, each from elsewhere.
 *
 * @returns ms of each sign-in that was let in, and of each that was told to come later
 */
export async function overload(url, perSecond, seconds) {
	const { atRate, lightClient } = await openLoop()
	const client = lightClient(url)
	let count = 0
	const signIn = () => {
		const index = count++
		const headers = { "Content-Type": "application/json", "X-Forwarded-For": addressOf(index) }
		const body = JSON.stringify({ username: `person${index % PEOPLE}`, password: PASSWORD })
		return client.send("/login", headers, body)
	}
	const idle = []
	for (let tries = 0; tries < 20; tries++) idle.push((await signIn()).ms)
	const answers = await atRate(Number(perSecond), Number(seconds), signIn)
	const overSince = performance.now()
	while ((await signIn()).ms > RECOVERED * percentile(idle, 0.5))
		if (performance.now() - overSince > GIVE_UP_MS) break
	const recoveredAfter = performance.now() - overSince
	client.close()
	const timesOf = (status) => answers.filter((answer) => answer.status === status).map(({ ms }) => ms)
	const [accepted, refused] = [timesOf(200), timesOf(503)]
	const others = answers.length - accepted.length - refused.length
	if (others > 0) throw new Error(`${others} sign-ins had neither 200 nor 503`)
	return { accepted, refused, recoveredAfter }
}

/** Visitors, while it lasts. @returns ms of each answer */
export async function visitors(url, perSecond, seconds) {
	const { atRate, lightClient } = await openLoop()
	const client = lightClient(url)
	let count = 0
	const ask = (path) => async () =>
		client.send(path, { Accept: "text/html", "X-Forwarded-For": addressOf(ELSEWHERE + count++) })
	const [login, healthz] = await Promise.all(
		["/login", "/healthz"].map((path) => atRate(Number(perSecond), Number(seconds), ask(path))),
	)
	client.close()
	if ([...login, ...healthz].some(({ status }) => status !== 200)) throw new Error("A page was refused")
	return { login: login.map(({ ms }) => ms), healthz: healthz.map(({ ms }) => ms) }
}

async function openLoop() {
	const { runnerImport } = await import("vite")
	return (await runnerImport("./e2e/support/open-loop.ts")).module
}
