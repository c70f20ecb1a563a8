import type { RouteConfigEntry } from "@remix-run/route-config"
import routes from "../../app/routes"
import { clientOf } from "./client"
import type { TestServer } from "./server"

/** The path of every route, as `app/routes.ts` has it: `/users/:id`, and `/*` for what is nowhere else. */
export async function routePaths(): Promise<string[]> {
	return pathsOf(await routes)
}

/** A route of the running server, with the methods that it says it takes. */
export type TakenRoute = { path: string; methods: string[] }

/**
 * Asked of the server itself, so that a route that is added is there by default.
 *
 * @param parameters what stands for `:id` and the like
 */
export async function takenRoutes(
	server: Pick<TestServer, "url">,
	parameters: Record<string, string>,
): Promise<(TakenRoute & { address: string })[]> {
	const paths = (await routePaths()).filter((path) => !path.endsWith("*"))
	return Promise.all(
		paths.map(async (path) => {
			const address = path.replace(/:(\w+)/g, (_, name: string) => parameters[name] ?? name)
			const { headers } = await clientOf(server).send(address, { method: "OPTIONS" })
			return { path, address, methods: (headers.get("Allow") ?? "").split(", ") }
		}),
	)
}

function pathsOf(entries: RouteConfigEntry[], above = ""): string[] {
	return entries.flatMap(({ path, index, children = [] }) => {
		const own = path === undefined ? above : `${above}/${path}`
		return [...(path !== undefined || index ? [own || "/"] : []), ...pathsOf(children, own)]
	})
}
