import type { LoaderFunctionArgs } from "@remix-run/node"
import { useLoaderData } from "@remix-run/react"
import { LIST_BOUNDS, listUsers } from "../auth/users.server"
import { requireSuperuser } from "../http/guard.server"
import { queryOf } from "../http/query.server"
import { userFor } from "../http/user-output.server"
import { UsersPage } from "../pages/users"
import { titled } from "../ui/title"

export const meta = titled("Users")

/** Values out of bounds are brought back into them; the answer says what was taken. */
export async function loader(args: LoaderFunctionArgs) {
	await requireSuperuser(args)
	const { maxSearchLength, maxPage, maxPageSize } = LIST_BOUNDS
	const asked = queryOf(args.request, ["q", "page", "page_size"])
	const search = (asked.q ?? "").trim().slice(0, maxSearchLength)
	const page = wholeNumber(asked.page, { fallback: 1, max: maxPage })
	const pageSize = wholeNumber(asked.page_size, { fallback: LIST_BOUNDS.pageSize, max: maxPageSize })
	const { users, total } = await listUsers({ search, page, pageSize })
	const shown = users.map((user) => userFor(args.context, user))
	return { users: shown, q: search, page, page_size: pageSize, total }
}

function wholeNumber(text: string | undefined, { fallback, max }: { fallback: number; max: number }): number {
	return text && /^\d{1,15}$/.test(text) ? Math.min(Math.max(Number(text), 1), max) : fallback
}

export default function Users() {
	return <UsersPage {...useLoaderData<typeof loader>()} />
}
