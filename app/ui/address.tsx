/** An e-mail address, on a line by itself if need be. Where it doesn't fit there, it goes on after its @. */
export function Address({ children: email }: { children: string }) {
	const host = email.lastIndexOf("@") + 1
	return (
		<span className="address">
			{email.slice(0, host)}
			<wbr />
			{email.slice(host)}
		</span>
	)
}
