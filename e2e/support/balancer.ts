import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer, request, type Server } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { freePort } from "./free-port"
import { findNginx } from "./nginx"
import { childrenOf, startProgram } from "./program"

/** What stands in front of several nodes: nginx, or a small one of the tests' own where nginx cannot be had. */
export type Balancer = {
	url: string
	/**
	 * Which nodes get requests from now on. Those that are under way go on; once this is through, no other one has any.
	 */
	use: (ports: number[]) => Promise<void>
	stop: () => Promise<void>
}

export async function startBalancer(): Promise<Balancer> {
	const port = await freePort()
	const nginx = findNginx()
	return nginx ? startNginx(nginx, port) : startOwn(port)
}

async function startNginx(command: string, port: number): Promise<Balancer> {
	const folder = mkdtempSync(join(tmpdir(), "gatehouse-nginx-"))
	const file = join(folder, "nginx.conf")
	const configure = (ports: number[]) => writeFileSync(file, configuration(folder, port, ports))
	configure([1])
	const pidFile = join(folder, "nginx.pid")
	// It notes its number once it listens.
	const isReady = async () => existsSync(pidFile) && readFileSync(pidFile, "utf8") !== ""
	const program = await startProgram(command, ["-c", file, "-p", folder], {
		cwd: folder,
		endBy: "SIGTERM",
		isReady,
	})
	const main = Number(readFileSync(pidFile, "utf8"))
	return {
		url: `http://localhost:${port}`,
		async use(ports) {
			configure(ports)
			const old = childrenOf(main)
			process.kill(main, "SIGHUP")
			for (const deadline = Date.now() + 30_000; ; await pause(50)) {
				const workers = childrenOf(main)
				if (workers.length > 0 && !workers.some((worker) => old.includes(worker))) return
				if (Date.now() > deadline) throw new Error("nginx did not take its new configuration")
			}
		},
		async stop() {
			await program.end()
			rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
		},
	}
}

/**
 * As deploy/nginx.conf passes requests on, without TLS. The test stands before it, so the address is appended; each
 * request is on a connection of its own, so that old workers end at once.
 */
function configuration(folder: string, port: number, ports: number[]): string {
	const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
	return `daemon off;
${process.getuid?.() === 0 ? "user root;" : ""}
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
	access_log off;
	keepalive_timeout 0;
	${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join("\n\t")}
	upstream gatehouse {
		${ports.map((each) => `server 127.0.0.1:${each} fail_timeout=2s;`).join("\n\t\t")}
	}
	server {
		listen 127.0.0.1:${port};
		location / {
			proxy_pass http://gatehouse;
			proxy_connect_timeout 2s;
			proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
		}
	}
}
`
}

/** In turn; who cannot be reached is passed over, what was sent once is not sent again. */
async function startOwn(port: number): Promise<Balancer> {
	let targets: number[] = []
	let turn = 0
	const underWay = new Map<number, number>()
	const server: Server = createServer(async (incoming, outgoing) => {
		const chunks: Buffer[] = []
		for await (const chunk of incoming) chunks.push(chunk)
		const attempt = (left: number) => {
			const target = targets[turn++ % targets.length] ?? 0
			const count = (by: number) => underWay.set(target, (underWay.get(target) ?? 0) + by)
			count(1)
			const { method, url, headers, socket } = incoming
			const forwarded = [headers["x-forwarded-for"], socket.remoteAddress].filter(Boolean).join(", ")
			const options = { host: "127.0.0.1", port: target, method, path: url, agent: false }
			const asked = request({
				...options,
				headers: { ...headers, connection: "close", "x-forwarded-for": forwarded },
			})
			asked.on("response", (answer) => {
				outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, connection: "close" })
				answer.pipe(outgoing)
			})
			asked.on("close", () => count(-1))
			asked.on("error", (error: NodeJS.ErrnoException) => {
				if (error.code === "ECONNREFUSED" && left > 0) attempt(left - 1)
				else if (outgoing.headersSent) outgoing.destroy()
				else outgoing.writeHead(502, { connection: "close" }).end()
			})
			asked.end(Buffer.concat(chunks))
		}
		attempt(targets.length)
	})
	await new Promise<void>((resolve, reject) =>
		server.once("error", reject).listen(port, "127.0.0.1", resolve),
	)
	return {
		url: `http://localhost:${port}`,
		async use(ports) {
			targets = ports
			const others = () => [...underWay].some(([target, count]) => count > 0 && !ports.includes(target))
			for (const deadline = Date.now() + 30_000; others() && Date.now() < deadline; ) await pause(20)
		},
		stop: () =>
			new Promise((resolve) => {
				server.close(() => resolve())
				server.closeAllConnections()
			}),
	}
}
