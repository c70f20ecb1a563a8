import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { say } from "../bin/setup.mjs"
import { atLeast, inTurn, ratioOf } from "./lines.mjs"
import { part } from "./part.mjs"
import { PEOPLE } from "./people.mjs"
import { signInsPerSecond } from "./sign-ins.mjs"
import { cookieNameOf, withPostgres, withServer } from "./with-server.mjs"

const MANY = 1_000_000
const ROUNDS = 5
const SECONDS = 4
/** On two processors, what answers gets faster for as long. */
const WARM_UP_SECONDS = 40

/** A million people with a session each, drawn by chance, against a thousand. */
export async function compareSizes() {
	const onSqlite = await compareOn("SQLite", withFolder)
	return [...onSqlite, ...(await compareOn("PostgreSQL", withPostgres))]
}

function compareOn(kind, withDatabase) {
	say(`${kind}: ${MANY.toLocaleString("en")} people and sessions, against ${PEOPLE.toLocaleString("en")} …`)
	return withDatabase((few) =>
		withDatabase((many) =>
			withServer({ DATABASE_URL: few }, (small) =>
				withServer({ DATABASE_URL: many, people: MANY }, (large) => compare(kind, small, large)),
			),
		),
	)
}

async function compare(kind, small, large) {
	const cookieName = await cookieNameOf(small.url)
	const few = [small.url, PEOPLE]
	const many = [large.url, MANY]
	const check = ([url, people], seconds = SECONDS) => part("checks", url, seconds, people, cookieName)
	const signIn = ([url, people], seconds = SECONDS) => signInsPerSecond(url, seconds, people)
	for (const one of [few, many]) {
		await check(one, WARM_UP_SECONDS)
		await signIn(one)
	}
	say(`Session checks per second, ${ROUNDS} rounds of ${SECONDS} s each in turn …`)
	const checked = await inTurn(ROUNDS, { few: () => check(few), many: () => check(many) })
	say("Sign-ins per second, in the same way …")
	const signedIn = await inTurn(ROUNDS, { few: () => signIn(few), many: () => signIn(many) })
	return [
		atLeast(
			0.95,
			`${kind}: session checks a second with a million sessions, of a thousand`,
			...ratioOf(checked, "many", "few"),
		),
		atLeast(
			0.95,
			`${kind}: sign-ins a second with a million people, of a thousand`,
			...ratioOf(signedIn, "many", "few"),
		),
	]
}

async function withFolder(use) {
	const folder = mkdtempSync(join(tmpdir(), "gatehouse-bench-"))
	try {
		return await use(`file:${join(folder, "gatehouse.db")}`)
	} finally {
		rmSync(folder, { recursive: true, force: true })
	}
}
