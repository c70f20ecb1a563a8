import { z } from "zod"
import { userChangeSchema } from "../../../auth/schema"
import { type deleteUser, LIST_BOUNDS, type updateUser } from "../../../auth/users.server"
import * as answers from "../answers.server"
import { type Flow, type Operation, refusalsOf } from "./operation.server"

export function users(): Flow {
	const one = { path: "/users/{id}", access: "superuser", hasPage: true } as const
	const oneUser = { status: 200, body: answers.ownAccount, description: "The account." }
	const update = {
		...one,
		summary: "Update an account",
		description:
			"What isn't sent stays as it is. A new address is unverified unless `verified` comes with it. The last active superuser can't be demoted or deactivated.",
		body: userChangeSchema,
		answer: { ...oneUser, description: "The account as it is now." },
		refuses: refusalsOf<typeof updateUser>({
			not_found: true,
			validation_failed: true,
			unauthenticated: true,
		}),
	} satisfies Partial<Operation>
	return {
		name: "Users",
		description: "Superusers only.",
		operations: [
			{
				id: "listUsers",
				method: "get",
				path: "/users",
				summary: "Find accounts",
				description: "Values out of bounds are brought back into them; the answer says which were used.",
				access: "superuser",
				hasPage: true,
				query: z.object({
					q: z.string().optional().meta({ description: "Part of a user name or an address." }),
					page: z.int().min(1).max(LIST_BOUNDS.maxPage).default(1),
					page_size: z.int().min(1).max(LIST_BOUNDS.maxPageSize).default(LIST_BOUNDS.pageSize),
				}),
				answer: { status: 200, body: answers.users, description: "A page of accounts, by user name." },
				refuses: [],
			},
			{
				...one,
				id: "getUser",
				method: "get",
				summary: "Get an account",
				answer: oneUser,
				refuses: ["not_found"],
			},
			{
				...update,
				id: "updateUser",
				method: "patch",
				body: userChangeSchema.omit({ intent: true, sure: true }),
			},
			{
				...update,
				id: "updateUserByForm",
				method: "post",
				summary: "Update or delete an account by form",
				description: `${update.description} \`intent=delete\` with \`sure\` deletes it, and answers 204.`,
				orElse: "Deleted, with its sessions.",
			},
			{
				...one,
				id: "deleteUser",
				method: "delete",
				summary: "Delete an account",
				answer: { status: 204, body: null, description: "Deleted, with its sessions." },
				refuses: refusalsOf<typeof deleteUser>({
					not_found: true,
					validation_failed: true,
					unauthenticated: true,
				}),
			},
		],
	}
}
