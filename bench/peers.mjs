import { execFileSync } from "node:child_process"
import { resolve } from "node:path"
import { say } from "../bin/setup.mjs"
import { atLeast, inTurn, ratioOf } from "./lines.mjs"
import { here, part, startPeer } from "./part.mjs"
import { PEOPLE } from "./people.mjs"
import { signInsPerSecond } from "./sign-ins.mjs"
import { cookieNameOf, withPostgres, withServer } from "./with-server.mjs"

const ROUNDS = 5
const SECONDS = 5
const WARM_UP_SECONDS = 20
const BETTER_AUTH = ["better-auth.session_token", "better-auth"]

/** Against the same look-up with nothing around it, against better-auth, and on PostgreSQL. */
export function compareSessionChecks() {
	return withServer({}, (ours) =>
		withPostgres((databaseUrl) =>
			withServer({ DATABASE_URL: databaseUrl }, (onPostgres) =>
				withPeers(
					[
						["express.mjs", ours.databaseUrl],
						["better-auth.mjs", `${ours.databaseUrl.replace("file:", "")}-better-auth`],
					],
					(bare, betterAuth) => compare(ours, onPostgres, bare, betterAuth),
				),
			),
		),
	)
}

async function compare(ours, onPostgres, bare, betterAuth) {
	const cookieName = await cookieNameOf(ours.url)
	const check =
		(url, ...how) =>
		(seconds = SECONDS) =>
			part("checks", url, seconds, PEOPLE, ...how)
	const checks = {
		SQLite: check(ours.url, cookieName),
		PostgreSQL: check(onPostgres.url, cookieName),
		"bare Express": check(bare.url, cookieName),
		"better-auth": check(betterAuth.url, ...BETTER_AUTH),
	}
	say("Warming up …")
	for (const ask of Object.values(checks)) await ask(WARM_UP_SECONDS)
	say(`Session checks (GET /account, JSON) per second, ${ROUNDS} rounds of ${SECONDS} s each in turn …`)
	const checked = await inTurn(ROUNDS, checks)
	say("Sign-ins per second, in the same way …")
	await signInsPerSecond(ours.url, SECONDS)
	const signedIn = await inTurn(ROUNDS, {
		SQLite: () => signInsPerSecond(ours.url, SECONDS),
		"better-auth": () => signInsPerSecond(betterAuth.url, SECONDS, PEOPLE, "person", "better-auth"),
	})
	const checksOf = (other) => ratioOf(checked, "SQLite", other)
	return [
		atLeast(
			0.4,
			"session checks a second, of a bare Express with the same look-up",
			...checksOf("bare Express"),
		),
		atLeast(4, "session checks a second, of better-auth's `get-session`", ...checksOf("better-auth")),
		atLeast(7, "sign-ins a second, of better-auth's", ...ratioOf(signedIn, "SQLite", "better-auth")),
		atLeast(
			0.6,
			"session checks a second on PostgreSQL, of SQLite",
			...ratioOf(checked, "PostgreSQL", "SQLite"),
		),
	]
}

/** A page with one form and nothing else, by the same Remix. */
export function comparePages() {
	buildBareRemix()
	return withServer({}, (ours) =>
		withPeers([["remix.mjs"]], async (bare) => {
			const headers = JSON.stringify({ accept: "text/html" })
			const asks = {
				ours: () => part("requests", `${ours.url}/login`, SECONDS, headers),
				"bare Remix": () => part("requests", `${bare.url}/login`, SECONDS, headers),
			}
			say("Warming up …")
			for (const ask of Object.values(asks)) await ask()
			say(`Pages (GET /login) per second, ${ROUNDS} rounds of ${SECONDS} s each in turn …`)
			const results = await inTurn(ROUNDS, asks)
			const ratio = ratioOf(results, "ours", "bare Remix")
			return [atLeast(1, "pages (`GET /login`) a second, of a bare Remix page", ...ratio)]
		}),
	)
}

export function buildBareRemix() {
	const options = { cwd: here("remix"), env: { ...process.env, NODE_ENV: "production" }, stdio: "ignore" }
	execFileSync(process.execPath, [resolve("node_modules/@remix-run/dev/dist/cli.js"), "vite:build"], options)
}

async function withPeers(peers, use) {
	const started = []
	try {
		for (const peer of peers) started.push(await startPeer(...peer))
		return await use(...started)
	} finally {
		for (const peer of started) peer.stop()
	}
}
