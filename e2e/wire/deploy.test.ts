import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process"
import {
	chmodSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { clientOf, registrationOf, somebody } from "../support/client"
import { compiledDatabase, idOf, isRoot, megabytesOf } from "../support/deployment"
import { freePort } from "../support/server"

const page = readFileSync("docs/deploying.md", "utf8")
const [building = "", installing = "", , replacing = ""] = blocks("sh")
const unit = readFileSync("deploy/gatehouse.service", "utf8")
const user = isRoot ? { uid: idOf("-u"), gid: idOf("-g") } : {}

const folder = mkdtempSync(join(tmpdir(), "gatehouse-deploy-"))
const home = `${folder}/srv/gatehouse`
// Only its owner may pass through a new temporary folder.
chmodSync(folder, 0o711)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("docs/deploying.md, followed to the letter", () => {
	beforeAll(async () => {
		const [install, build, ...packing] = building.trim().split("\n")
		expect([install, build]).toEqual(["npm ci", "npm run build"])
		await run(packing.join("\n"))
		mkdirSync(`${folder}/units`)
		await run(installing, { npm_config_better_sqlite3_local_prebuilds: compiledDatabase(folder) })
	}, 120_000)

	it("installs what the server imports, and nothing that builds it", () => {
		const installed = `${home}/build/node_modules`
		for (const name of ["@node-rs", "better-sqlite3", "pg"]) expect(readdirSync(installed)).toContain(name)
		for (const name of ["@remix-run", "@prisma", "express", "prisma", "typescript", "vite", "esbuild"])
			expect(existsSync(`${installed}/${name}`), name).toBe(false)
		expect(megabytesOf(home)).toBeLessThan(60)
	})

	it("starts as a user who may write to data/ only, registers somebody, stops when told", async () => {
		const server = await startAsTheUnitSays()
		try {
			const client = clientOf(server)
			const person = somebody()
			const answer = await client.postJson("/register", registrationOf(person))
			expect(answer.status).toBe(201)
			const form = await client.get("/register")
			const stylesheet = form.text.match(/href="(\/assets\/[^"]+\.css)"/)?.[1]
			expect((await client.get(stylesheet ?? "")).status).toBe(200)
			const database = statSync(`${home}/data/gatehouse.db`)
			if (isRoot) expect(database.uid).toBe(user.uid)
			expect(database.mode & 0o077).toBe(0)
		} finally {
			server.child.kill("SIGTERM")
			expect(await server.exitCode).toBe(0)
		}
	})

	it("installs the unit, which systemd understands, and which leaves the server little to do besides", () => {
		const installed = `${folder}/units/gatehouse.service`
		expect(readFileSync(installed, "utf8")).toBe(unit)
		expect(setting("ReadWritePaths")).toBe(`${setting("WorkingDirectory")}/data`)
		expect(setting("MemoryDenyWriteExecute")).toBe("")
		// There is no systemd everywhere; where there is, it says what it does not understand, and how much is left open.
		const analyze = "/usr/bin/systemd-analyze"
		if (!existsSync(analyze)) return
		const program = unit.replace("/usr/bin/node", process.execPath)
		writeFileSync(installed, program)
		const verified = spawnSync(analyze, ["verify", "--man=no", installed], { encoding: "utf8" })
		expect([verified.status, verified.stderr]).toEqual([0, ""])
		const security = spawnSync(analyze, ["security", "--offline=true", "--threshold=20", installed], {
			encoding: "utf8",
		})
		expect(security.status, security.stdout).toBe(0)
	})

	it("no command of root's makes files that the server could only read", () => {
		const env = { PATH: process.env.PATH, NODE_ENV: "production" } as const
		const parameters = ["bin/admin.mjs", "user:list"]
		const list = spawnSync(process.execPath, parameters, { cwd: home, env, encoding: "utf8" })
		if (isRoot) expect(list.stderr).toMatch(/^✗ \S*data belongs to another user: run this as the user .*\n$/)
		expect(list.status).toBe(isRoot ? 1 : 0)
	})

	it.for([
		[
			"it may not write to its database",
			"data/gatehouse.db",
			0o400,
			0o600,
			/database cannot be opened \(EACCES\)/,
		],
		["it may not read its build", "build/server", 0, 0o755, /may not read build\/ \(EACCES\)/],
		[
			"its packages are missing",
			"build/node_modules",
			0,
			0o755,
			/a package is missing: run `npm ci --prefix build`/,
		],
		["it may not read its settings", ".env", 0, 0o600, /the user that it runs as may not read \.env\./],
	] as const)("says in one line that %s", async ([, path, mode, modeBefore, sentence]) => {
		chmodSync(`${home}/${path}`, mode)
		const { exitCode, output } = start(await freePort())
		expect(await exitCode).toBe(1)
		chmodSync(`${home}/${path}`, modeBefore)
		expect(output()).toMatch(sentence)
		expect(output()).toMatch(/^✗ The server does not start: [^\n]+\n$/)
	})
})

describe("docs/deploying.md on containers, with a docker that only notes what it is asked", () => {
	const clone = `${folder}/clone`
	const asked = () => readFileSync(`${clone}/asked`, "utf8").split("\n").filter(Boolean)
	const follow = (commands: string) => {
		writeFileSync(`${clone}/asked`, "")
		const env = { ...process.env, PATH: `${clone}/bin:${process.env.PATH}` }
		expect(spawnSync("sh", ["-euc", commands], { cwd: clone, env, encoding: "utf8" }).stderr).toBe("")
	}

	beforeAll(() => {
		for (const name of ["bin", "deploy"]) mkdirSync(`${clone}/${name}`, { recursive: true })
		copyFileSync("deploy/nginx.conf", `${clone}/deploy/nginx.conf`)
		const docker = `#!/bin/sh\necho "$* | $(grep -o 'server .* down ' deploy/nginx.conf)" >> asked\n`
		writeFileSync(`${clone}/bin/docker`, docker, { mode: 0o755 })
		writeFileSync(`${clone}/bin/sleep`, "#!/bin/sh\n", { mode: 0o755 })
	})

	it("a node gets no requests from before it is stopped until the new one is ready", () => {
		const inode = () => statSync(`${clone}/deploy/nginx.conf`).ino
		const before = inode()
		follow(replacing)
		const reload = "compose exec balancer nginx -s reload"
		expect(asked()).toEqual([
			"compose build | ",
			...["node1", "node2"].flatMap((node) => [
				`${reload} | server ${node}:3000 down `,
				`compose up --detach --no-deps --force-recreate --wait ${node} | server ${node}:3000 down `,
				`${reload} | `,
			]),
		])
		expect(readFileSync(`${clone}/deploy/nginx.conf`, "utf8")).toBe(readFileSync("deploy/nginx.conf", "utf8"))
		expect(inode()).toBe(before)
		expect(readdirSync(`${clone}/deploy`)).toEqual(["nginx.conf"])
	})

	it("a backup is for its owner only, and Git does not take it", () => {
		const [, command = ""] = page.match(/`([^`]*pg_dump --username=postgres[^`]*)`/) ?? []
		follow(command)
		expect(asked()[0]).toContain("pg_dump")
		expect(statSync(`${clone}/copy.dump`).mode & 0o077).toBe(0)
		copyFileSync(".gitignore", `${clone}/.gitignore`)
		spawnSync("git", ["init"], { cwd: clone })
		expect(spawnSync("git", ["check-ignore", "copy.dump"], { cwd: clone }).status).toBe(0)
	})

	it("with the unit, nginx's file is afterwards as it was before", () => {
		const original = readFileSync("deploy/nginx.conf", "utf8").replace("node1", "192.0.2.11")
		const [out = "", back = ""] = page.match(/sed -i .*(?= && nginx)/g) ?? []
		const file = `${clone}/nginx.conf`
		writeFileSync(file, original)
		follow(out.replace("/etc/nginx", clone))
		expect(readFileSync(file, "utf8")).toContain("server 192.0.2.11:3000 down fail_timeout=2s;")
		follow(back.replace("/etc/nginx", clone))
		expect(readFileSync(file, "utf8")).toBe(original)
	})
})

function blocks(language: string): string[] {
	return [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, text]) =>
		name === language ? [text ?? ""] : [],
	)
}

/** Runs commands of the page, in a folder of the test's own, and for a user that there is. */
async function run(commands: string, env: Record<string, string> = {}): Promise<void> {
	const script = commands
		.replaceAll("/srv/gatehouse", home)
		.replaceAll("gatehouse.tar.gz", `${folder}/gatehouse.tar.gz`)
		.replaceAll("/etc/systemd/system", `${folder}/units`)
		.replace(/^(useradd|systemctl) .*$/gm, "")
		.replaceAll("-o gatehouse", isRoot ? "-o nobody" : "")
	await promisify(execFile)("sh", ["-euc", script], {
		env: { ...process.env, npm_config_prefer_offline: "true", ...env },
	})
}

async function startAsTheUnitSays() {
	const port = await freePort()
	const { child, exitCode, output } = start(port)
	const url = `http://127.0.0.1:${port}`
	const deadline = Date.now() + 20_000
	while (child.exitCode === null && Date.now() < deadline) {
		const response = await fetch(`${url}/readyz`).catch(() => undefined)
		if (response?.ok) return { url, child, exitCode }
		await new Promise((resolve) => setTimeout(resolve, 50))
	}
	child.kill("SIGKILL")
	throw new Error(`The server did not start:\n${output()}`)
}

/** As systemd would; only the port and the mail server are not those of the page. */
function start(port: number) {
	expect(setting("User")).toBe("gatehouse")
	const [program = "", ...parameters] = setting("ExecStart").split(" ")
	expect(program).toBe("/usr/bin/node")
	// No NODE_ENV: the unit sets none.
	const env: Partial<NodeJS.ProcessEnv> = { PORT: String(port), SMTP_URL: "smtp://127.0.0.1:9" }
	const child: ChildProcess = spawn(process.execPath, parameters, {
		...user,
		cwd: setting("WorkingDirectory").replace("/srv/gatehouse", home),
		env: env as NodeJS.ProcessEnv,
	})
	let output = ""
	for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += chunk))
	const exitCode = new Promise<number | null>((resolve) => child.once("close", resolve))
	return { child, exitCode, output: () => output }
}

function setting(name: string): string {
	return unit.match(new RegExp(`^${name}=(.*)$`, "m"))?.[1] ?? ""
}
