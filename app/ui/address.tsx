type AddressProps = {
	children: string
	strong?: boolean
	/** What ends or goes on with the sentence: it stays on the address's line. */
	end?: string
}

/** An e-mail address, on a line by itself if need be. Where it doesn't fit there, it goes on after its @. */
export function Address({ children: email, strong, end }: AddressProps) {
	const host = email.lastIndexOf("@") + 1
	const address = (
		<>
			{email.slice(0, host)}
			<wbr />
			{email.slice(host)}
		</>
	)
	return (
		<span className="address">
			{strong ? <strong>{address}</strong> : address}
			{end}
		</span>
	)
}
