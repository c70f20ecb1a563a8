import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import {
	chmodSync,
	chownSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	statSync,
	writeFileSync,
} from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseEnv } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { parse } from "yaml"
import { clientOf, newSession, registerVerified } from "../support/client"
import { compiledDatabase, idOf, isRoot, megabytesOf } from "../support/deployment"
import { buildOutsideContainer, copyContext, type Image } from "../support/dockerfile"
import { until } from "../support/faults"
import { freePort } from "../support/free-port"
import { type Mailbox, startMailbox } from "../support/mailbox"
import { type Cluster, findPostgresClient, startCluster } from "../support/postgres-cluster"
import { PostgresDatabase } from "../support/postgres-database"
import { findProgram, type Program, startProgram } from "../support/program"

/**
 * `Dockerfile` and `compose.yaml` without containers, which do not run everywhere: every command in them, with this
 * machine's programs in place of the images'. Hosts, ports and users are others; nothing else is.
 */
type Service = {
	image: string
	command?: string[]
	build?: string
	env_file?: string
	environment?: Record<string, string>
	healthcheck?: { test: string[] }
	depends_on?: Record<string, { condition: string }>
	networks: string[]
	ports?: string[]
	volumes?: string[]
	tmpfs?: string[]
	[other: string]: unknown
}
type Compose = { services: Record<string, Service>; networks: object; volumes: object }

const compose: Compose = parse(readFileSync("compose.yaml", "utf8"), { merge: true, uniqueKeys: true })
const page = readFileSync("docs/deploying.md", "utf8")
const [, , secrets = ""] = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block)

const folder = mkdtempSync(join(tmpdir(), "gatehouse-containers-"))
chmodSync(folder, 0o711)
const running: (() => unknown)[] = []
let image: Image

beforeAll(async () => {
	const context = join(folder, "context")
	mkdirSync(context)
	copyContext(process.cwd(), context)
	image = await buildOutsideContainer({
		dockerfile: "Dockerfile",
		context,
		folder: join(folder, "image"),
		env: {
			npm_config_prefer_offline: "true",
			npm_config_better_sqlite3_local_prebuilds: compiledDatabase(folder),
		},
		rewrite: (command) => command.replaceAll("-o node -g node", isRoot ? "-o nobody" : ""),
	})
}, 400_000)
afterAll(async () => {
	for (const stop of running.reverse()) await stop()
	await rm(folder, { recursive: true, force: true, maxRetries: 5 })
	// A thousand packages are deleted, and not on an idle machine.
}, 400_000)

describe("the image", () => {
	it("is built from what .dockerignore lets through: no settings, no data, no tests", () => {
		for (const name of [
			".env",
			".git",
			"data",
			"deploy",
			"e2e",
			"app/db/generated/.schema",
			"app/routes.ts",
		]) {
			const isThere = existsSync(join(folder, "context", name))
			expect([name, isThere]).toEqual([name, name === "app/routes.ts"])
		}
	})

	it("has what the server imports, and neither compilers nor Prisma's command line", () => {
		const home = join(image.root, image.workdir)
		for (const name of ["@node-rs", "better-sqlite3", "pg"])
			expect(existsSync(join(home, "build/node_modules", name)), name).toBe(true)
		for (const name of [
			"@remix-run",
			"@prisma",
			"express",
			"prisma",
			"typescript",
			"vite",
			"esbuild",
			"vitest",
		])
			expect(existsSync(join(home, "build/node_modules", name)), name).toBe(false)
		expect(existsSync(join(home, "node_modules"))).toBe(false)
		expect(megabytesOf(home)).toBeLessThan(60)
		expect(image.base).toMatch(/^node:\d+\.\d+\.\d+-\w+-slim$/)
	})

	it("runs Node itself, as a user who may write to data/ only, is healthy, and stops when told", async () => {
		expect(image.user).toBe("node")
		const env = {
			APP_URL: "https://accounts.example.org",
			SECRET: randomBytes(32).toString("base64"),
			PORT: String(await freePort()),
		}
		const container = await startContainer({ ...env, SMTP_URL: "smtp://127.0.0.1:9" })
		expect(container.isHealthy()).toBe(true)
		expect(statSync(join(image.root, image.workdir, "data/gatehouse.db")).uid).toBe(
			isRoot ? idOf("-u") : statSync(folder).uid,
		)
		container.child.kill("SIGTERM")
		expect(await container.exited).toBe(0)
		expect(container.isHealthy()).toBe(false)
	})
})

describe("compose.yaml", () => {
	const services = Object.entries(compose.services)

	it("has two nodes, a balancer that alone is reached from outside, PostgreSQL that lasts, Redis that does not", () => {
		const { node1, node2, balancer, postgres, redis } = compose.services
		expect(Object.keys(compose.services).sort()).toEqual(["balancer", "node1", "node2", "postgres", "redis"])
		expect(node2).toEqual(node1)
		expect(services.filter(([, { ports }]) => ports).map(([name]) => name)).toEqual(["balancer"])
		expect(balancer?.networks).not.toContain("back")
		expect([postgres?.networks, redis?.networks]).toEqual([["back"], ["back"]])
		expect(postgres?.volumes?.[0]).toBe("postgres:/var/lib/postgresql/data")
		expect(redis?.volumes).toBe(undefined)
	})

	it("says only what Compose knows, and means what is there", () => {
		const known =
			`build cap_drop command depends_on env_file environment healthcheck image init logging networks ports
			read_only restart security_opt shm_size stop_grace_period stop_signal tmpfs volumes`.split(/\s+/)
		for (const [name, service] of services) {
			for (const key of Object.keys(service)) expect(known, name).toContain(key)
			expect(service.build ? "1.0" : service.image, name).toMatch(/\d+\.\d+/)
			for (const network of service.networks) expect(Object.keys(compose.networks), name).toContain(network)
			for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
				const hasCheck = compose.services[other]?.healthcheck ?? compose.services[other]?.build
				expect(condition === "service_healthy" ? Boolean(hasCheck) : other in compose.services, other).toBe(
					true,
				)
			}
			for (const volume of service.volumes ?? []) {
				const [source = ""] = volume.split(":")
				const isThere = source.startsWith("./")
					? existsSync(source) || source === "./deploy/tls"
					: source in compose.volumes
				expect(isThere, volume).toBe(true)
			}
		}
	})

	it("has no secret in it: they are in files that neither Git nor the image takes", () => {
		expect(readFileSync("compose.yaml", "utf8")).not.toMatch(/SECRET|PASSWORD|DATABASE_URL/)
		for (const path of ["deploy/gatehouse.env", "deploy/postgres.env", "deploy/tls/privkey.pem"])
			expect(execFileSync("git", ["check-ignore", path], { encoding: "utf8" }).trim()).toBe(path)
	})
})

describe("all of it together", () => {
	let cluster: Cluster
	let mailbox: Mailbox
	let url: string
	let httpUrl: string
	let nodes: Awaited<ReturnType<typeof startContainer>>[]
	const verifyTls = process.env.NODE_TLS_REJECT_UNAUTHORIZED
	const nodeEnv = () => parseEnv(readFileSync(join(folder, compose.services.node1?.env_file ?? ""), "utf8"))

	beforeAll(async () => {
		// The certificate is the page's own, which nobody vouches for.
		process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"
		const [httpsPort, httpPort, redisPort] = [await freePort(), await freePort(), await freePort()]
		url = `https://localhost:${httpsPort}`
		httpUrl = `http://localhost:${httpPort}`
		const script = secrets
			.replaceAll("https://accounts.example.org", url)
			.replaceAll("accounts.example.org", "localhost")
		execFileSync("sh", ["-euc", script], { cwd: folder, stdio: "pipe" })
		mailbox = await startMailbox()
		running.push(() => mailbox.close())
		cluster = await startCluster()
		running.push(() => cluster.stop())
		await startRedisAsTold(redisPort)
		initialisePostgres(cluster)

		chmodSync(join(image.root, image.workdir, "data"), 0o500)
		if (isRoot) chownSync(join(image.root, image.workdir, "data"), 0, 0)
		const { hostname, port } = new URL(cluster.urlOf())
		const start = async () =>
			startContainer(
				withHosts(
					{ ...nodeEnv(), ...compose.services.node1?.environment, PORT: String(await freePort()) },
					{ "@postgres/": `@${hostname}:${port}/`, "redis:6379": `127.0.0.1:${redisPort}` },
					{ SMTP_URL: mailbox.url },
				),
			)
		nodes = await Promise.all([start(), start()])
		const program = await startNginx({
			"listen 80;": `listen 127.0.0.1:${httpPort};`,
			"listen 443 ssl;": `listen 127.0.0.1:${httpsPort} ssl;`,
			"node1:3000": `127.0.0.1:${nodes[0]?.port}`,
			"node2:3000": `127.0.0.1:${nodes[1]?.port}`,
		})
		running.push(() => program.end())
	}, 120_000)
	afterAll(() => {
		if (verifyTls === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
		else process.env.NODE_TLS_REJECT_UNAUTHORIZED = verifyTls
	})

	it("each is healthy, by its own command, and the role of the database is nobody special", () => {
		for (const node of nodes) expect(node.isHealthy()).toBe(true)
		const { port } = new URL(cluster.urlOf())
		const [, ...check] = compose.services.postgres?.healthcheck?.test ?? []
		run(join(findPostgresClient(), check[0] ?? ""), check.slice(1), { PGPORT: port })
		const database = new PostgresDatabase(cluster.urlOf())
		const role = `SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = 'gatehouse'`
		expect(database.prepare(role).get()).toEqual({ rolsuper: 0, rolcreatedb: 0, rolcreaterole: 0 })
		const hash = `SELECT rolpassword FROM pg_authid WHERE rolname = 'gatehouse'`
		expect(database.prepare(hash).pluck().get()).toMatch(/^SCRAM-SHA-256/)
		database.close()
	})

	it("somebody registers and signs in, on both nodes, and what the client says of its address does not count", async () => {
		const lines = () => nodes.map(({ output }) => output().split("\n").length)
		const before = lines()
		const person = await registerVerified({ url }, mailbox)
		const Cookie = await newSession({ url }, person)
		expect(Cookie).toMatch(/^__Host-/)
		for (let time = 0; time < 6; time++) {
			const answer = await clientOf({ url }, "203.0.113.7").getJson("/account", { Cookie })
			expect(answer.json.user.username).toBe(person.username)
		}
		await until(() => lines().every((count, index) => count > (before[index] ?? 0)))
		const database = new PostgresDatabase(cluster.urlOf("gatehouse"))
		const addresses = database.prepare(`SELECT DISTINCT address FROM "Session"`).pluck().all()
		database.close()
		expect(addresses).toEqual(["127.0.0.1"])
	})

	it("the balancer leads to https, keeps /metrics to itself, and leaves it to Gatehouse to say what is too large", async () => {
		const plain = await clientOf({ url: httpUrl }).get("/login?next=/account")
		expect([plain.status, plain.headers.get("Location")]).toEqual([
			301,
			"https://localhost/login?next=/account",
		])
		const metrics = await clientOf({ url }).get("/metrics")
		// No node was asked: those give each answer an id.
		expect([metrics.status, metrics.headers.get("X-Request-Id")]).toEqual([404, null])
		const large = await clientOf({ url }).postJson("/login", { username: "x".repeat(70_000), password: "y" })
		expect([large.status, large.json?.status]).toEqual([413, 413])
		const huge = await clientOf({ url }).postJson("/login", { username: "x".repeat(200_000), password: "y" })
		expect([huge.status, huge.json]).toEqual([413, undefined])
	})

	it("one node is killed: what comes next is answered by the other", async () => {
		const person = await registerVerified({ url }, mailbox)
		nodes[0]?.child.kill("SIGKILL")
		await nodes[0]?.exited
		for (let time = 0; time < 4; time++) {
			expect(await newSession({ url }, person)).toBeTruthy()
			expect((await clientOf({ url }).get("/login")).status).toBe(200)
		}
		nodes[1]?.child.kill("SIGTERM")
		expect(await nodes[1]?.exited).toBe(0)
	})
})

/** As `docker run` would, with nothing of this process' environment. */
async function startContainer(env: Record<string, string>) {
	const [program = "", ...parameters] = image.cmd
	expect(program).toBe("node")
	const options = {
		cwd: join(image.root, image.workdir),
		env: { ...image.env, ...env } as unknown as NodeJS.ProcessEnv,
		...(isRoot ? { uid: idOf("-u"), gid: idOf("-g") } : {}),
	}
	const child: ChildProcess = spawn(process.execPath, parameters, options)
	let output = ""
	for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += chunk))
	const exited = new Promise<number | null>((resolve) => child.once("close", resolve))
	running.push(() => child.kill("SIGKILL"))
	const isHealthy = () => {
		const [, ...check] = image.healthcheck
		try {
			execFileSync(process.execPath, check, { ...options, stdio: "pipe", timeout: 3000 })
			return true
		} catch {
			return false
		}
	}
	const url = `http://127.0.0.1:${env.PORT}`
	const isReady = () =>
		fetch(`${url}/readyz`).then(
			({ ok }) => ok,
			() => false,
		)
	for (const deadline = Date.now() + 30_000; !(await isReady()); ) {
		if (child.exitCode !== null || Date.now() > deadline) throw new Error(`It did not start:\n${output}`)
		await new Promise((resolve) => setTimeout(resolve, 50))
	}
	return { child, exited, isHealthy, port: env.PORT, output: () => output }
}

function withHosts(env: NodeJS.Dict<string>, hosts: Record<string, string>, others: Record<string, string>) {
	const entries = Object.entries({ ...env, ...others }).map(([name, value = ""]) => [
		name,
		Object.entries(hosts).reduce((text, [host, here]) => text.replace(host, here), value),
	])
	return Object.fromEntries(entries) as Record<string, string>
}

async function startRedisAsTold(port: number): Promise<void> {
	const { command = [], healthcheck } = compose.services.redis ?? {}
	const [, client = "", ...question] = healthcheck?.test ?? []
	const ask = (...words: string[]) => run(client, ["-p", String(port), ...words])
	const isReady = async () => {
		try {
			return ask(...question) === "PONG"
		} catch {
			return false
		}
	}
	const cwd = join(folder, "redis")
	mkdirSync(cwd)
	const here = ["--port", String(port), "--bind", "127.0.0.1"]
	const parameters = [...command.slice(1), ...here]
	const program = await startProgram(findProgram(command[0] ?? ""), parameters, {
		cwd,
		endBy: "SIGTERM",
		isReady,
	})
	running.push(() => program.end())
	expect(ask("config", "get", "save")).toBe("save")
	expect(ask("config", "get", "maxmemory-policy")).toBe("maxmemory-policy\nnoeviction")
	expect(ask("config", "get", "maxmemory")).toBe("maxmemory\n104857600")
}

/** As the image's start script does with the files of its folder. */
function initialisePostgres(cluster: Cluster): void {
	const { env_file = "", volumes = [] } = compose.services.postgres ?? {}
	const [script = ""] =
		volumes.find((volume) => volume.includes("/docker-entrypoint-initdb.d/"))?.split(":") ?? []
	const env = parseEnv(readFileSync(join(folder, env_file), "utf8")) as Record<string, string>
	const psql = join(findPostgresClient(), "psql")
	run(psql, ["-v", "ON_ERROR_STOP=1", "--no-psqlrc", "--dbname", cluster.urlOf(), "-f", script], env)
}

function startNginx(changes: Record<string, string>): Promise<Program> {
	const { command = [] } = compose.services.balancer ?? {}
	const home = join(folder, "nginx")
	mkdirSync(home)
	const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
	const places = temporary.map((name) => `${name}_temp_path ${home}/${name};`).join(" ")
	const all = { ...changes, "/run/nginx.pid": `${home}/nginx.pid`, "http {": `http { ${places}` }
	let configuration = readFileSync("deploy/nginx.conf", "utf8").replaceAll(
		"/etc/gatehouse/",
		`${folder}/deploy/`,
	)
	for (const [there, here] of Object.entries(all)) {
		expect(configuration).toContain(there)
		configuration = configuration.replaceAll(there, here)
	}
	writeFileSync(join(home, "nginx.conf"), configuration)
	const parameters = command.slice(1).map((word) => word.replace("/etc/gatehouse", home))
	const isReady = async () => existsSync(join(home, "nginx.pid"))
	return startProgram(findProgram(command[0] ?? ""), parameters, {
		cwd: home,
		endBy: "SIGTERM",
		isReady,
	})
}

function run(program: string, parameters: string[], env: Record<string, string> = {}): string {
	const options = { env: { ...process.env, ...env }, encoding: "utf8", stdio: "pipe" } as const
	return execFileSync(program, parameters, options).trim()
}
