/** What an address asks, each as text if it was given once; what was given twice is as good as missing. */
export function queryOf<Name extends string>(
	request: Request,
	names: readonly Name[],
): { [K in Name]?: string } {
	const { searchParams } = new URL(request.url)
	const given = names.filter((name) => searchParams.getAll(name).length === 1)
	return Object.fromEntries(given.map((name) => [name, searchParams.get(name)])) as { [K in Name]?: string }
}
