import { execFile } from "node:child_process"
import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { promisify } from "node:util"

type Instruction = { name: string; text: string }

/** What an image says of itself, and where its files are. */
export type Image = {
	/** The folder that is `/` in the container. */
	root: string
	base: string
	workdir: string
	user: string
	env: Record<string, string>
	cmd: string[]
	healthcheck: string[]
}

/**
 * Runs a Dockerfile's instructions without a container: each stage in an empty folder, where the machine's own programs
 * take the place of the base image's. @throws on an instruction or a form of one that it does not know
 *
 * @param options.rewrite what a command has to be here, where users and absolute paths are others
 */
export async function buildOutsideContainer(options: {
	dockerfile: string
	context: string
	folder: string
	env: Record<string, string>
	rewrite: (command: string) => string
}): Promise<Image> {
	const parameters: Record<string, string> = {}
	const stages = new Map<string, Image>()
	let image: Image | undefined
	for (const { name, text } of instructionsOf(readFileSync(options.dockerfile, "utf8"))) {
		if (name === "ARG") {
			const [key = "", value = ""] = text.split("=")
			parameters[key] = value
			continue
		}
		if (name === "FROM") {
			const [base = "", stage = "last"] = text.split(/ AS /i)
			image = newStage(
				join(options.folder, stage),
				base.replace(/\$\{(\w+)\}/g, (_, key) => parameters[key] ?? ""),
			)
			stages.set(stage, image)
			continue
		}
		if (!image) throw new Error(`${name} stands before the first FROM`)
		await run(image, name, text)
	}
	if (!image) throw new Error("There is no FROM")
	return image

	async function run(stage: Image, name: string, text: string): Promise<void> {
		const here = join(stage.root, stage.workdir)
		if (name === "WORKDIR") {
			stage.workdir = text
			mkdirSync(join(stage.root, text), { recursive: true })
		} else if (name === "COPY") copy(stage, text)
		else if (name === "RUN") {
			const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env, ...stage.env } as unknown
			const settings = { cwd: here, env: env as NodeJS.ProcessEnv, maxBuffer: 64 * 1024 ** 2 }
			const shell = ["-euc", options.rewrite(text)]
			await promisify(execFile)("sh", shell, settings)
		} else if (name === "ENV") Object.assign(stage.env, Object.fromEntries([text.split("=")]))
		else if (name === "USER") stage.user = text
		else if (name === "CMD") stage.cmd = JSON.parse(text)
		else if (name === "HEALTHCHECK") stage.healthcheck = JSON.parse(text.replace(/^.*? CMD /, ""))
		else if (name !== "EXPOSE") throw new Error(`What does ${name} do?`)
	}

	/** As Docker: of a folder, what is in it. */
	function copy(stage: Image, text: string): void {
		const words = text.split(/\s+/)
		const from = words[0]?.startsWith("--from=") ? stages.get(words.shift()?.slice(7) ?? "") : undefined
		const target = words.pop() ?? ""
		for (const word of words) {
			const source = from ? join(from.root, word) : join(options.context, word)
			const isIntoFolder = target.endsWith("/")
			const place = join(stage.root, stage.workdir, target, isIntoFolder ? basename(word) : "")
			mkdirSync(dirname(place), { recursive: true })
			cpSync(source, place, { recursive: true, verbatimSymlinks: true })
		}
	}
}

/** Copies what `.dockerignore` lets through, which is a list of exceptions to nothing. */
export function copyContext(source: string, context: string): void {
	const lines = readFileSync(join(source, ".dockerignore"), "utf8")
		.split("\n")
		.filter((line) => line && !line.startsWith("#"))
	if (lines[0] !== "*") throw new Error(".dockerignore lets everything through that it does not name")
	for (const line of lines.slice(1)) {
		if (/[*?[]/.test(line)) throw new Error(`Which files are ${line}?`)
		if (line.startsWith("!"))
			cpSync(join(source, line.slice(1)), join(context, line.slice(1)), { recursive: true })
		else rmSync(join(context, line), { recursive: true, force: true })
	}
}

function newStage(root: string, base: string): Image {
	mkdirSync(root, { recursive: true })
	return { root, base, workdir: "/", user: "root", env: {}, cmd: [], healthcheck: [] }
}

function instructionsOf(text: string): Instruction[] {
	return text
		.replace(/^#.*\n/gm, "")
		.replace(/\\\n\s*/g, "")
		.split("\n")
		.filter((line) => line.trim())
		.map((line) => {
			const [, name = "", rest = ""] = line.match(/^(\w+)\s+(.*)$/) ?? []
			return { name, text: rest.trim() }
		})
}
