import type { ServerBuild } from "@remix-run/node"
import { matchRoutes } from "@remix-run/react"

type Routes = ServerBuild["routes"]
type Route = Routes[string]
type RouteTree = NonNullable<Parameters<typeof matchRoutes>[0]>

/** The route behind a path, with the path's parameters. Nothing of a route is there where no route takes the path. */
export type FoundRoute = {
	route: Partial<Route>
	params: Record<string, string | undefined>
	/** As routes are written, such as `/users/:id`. */
	pattern: string
	/** A page's own script asks for `….data`, in the router's own format. */
	isScript: boolean
}

export type FindRoute = (path: string) => FoundRoute

/** By the router's own rules; paths without a parameter, which are nearly all, are worked out once. */
export function routeFinder(routes: Routes): FindRoute {
	const tree = routeTree(routes)
	const patterns = new Map(Object.values(routes).map((route) => [route.id, fullPath(route, routes)]))
	const match = (path: string) => {
		const { route: { id = "" } = {}, params = {} } = matchRoutes(tree, path)?.at(-1) ?? {}
		return { route: routes[id] ?? {}, params, pattern: patterns.get(id) ?? "none" }
	}
	const paths = [...patterns.values()]
	const known = new Map(paths.filter((path) => !/[:*?]/.test(path)).map((path) => [path, match(path)]))
	return (path) => {
		const isScript = path.endsWith(".data")
		// The router's own name for the data of `/`.
		const page = isScript ? path.slice(0, -".data".length).replace(/^\/_root$/, "/") : path
		return { ...(known.get(page) ?? match(page)), isScript }
	}
}

/**
 * The build with nothing but the routes of one page: its own, those around it, and those that a browser is told of with
 * it. Remix compares a path with every route it has, several times for each page.
 */
export function buildOfPage(build: ServerBuild, route: Route): ServerBuild {
	const parts = fullPath(route, build.routes).split("/").filter(Boolean)
	const paths = parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`)
	const tree = routeTree(build.routes)
	const ids = ["/", ...paths].flatMap((path) => matchRoutes(tree, path)?.map(({ route: { id } }) => id) ?? [])
	const routes = Object.entries(build.routes).filter(([id]) => ids.includes(id))
	const assets = Object.entries(build.assets.routes).filter(([id]) => ids.includes(id))
	return {
		...build,
		routes: Object.fromEntries(routes),
		assets: { ...build.assets, routes: Object.fromEntries(assets) },
	}
}

function routeTree(routes: Routes, parentId?: string): RouteTree {
	const siblings = Object.values(routes).filter((route) => route.parentId === parentId)
	return siblings.map(({ id, path, index, caseSensitive }) =>
		index ? { id, path, caseSensitive, index } : { id, path, caseSensitive, children: routeTree(routes, id) },
	)
}

function fullPath({ path = "", parentId = "" }: Route, routes: Routes): string {
	const parent = routes[parentId]
	const before = parent ? fullPath(parent, routes) : "/"
	return path && before !== "/" ? `${before}/${path}` : before + path
}
