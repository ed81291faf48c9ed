package path

// Decision is what one stage does with a packet. The zero value is Blocked.
type Decision uint8

// The decisions.
const (
	Blocked   Decision = iota
	Allowed            // for certain
	Undecided          // cannot be determined from what was read
)

// String returns the word that reports have for the decision.
func (d Decision) String() string {
	switch d {
	case Allowed:
		return "allowed"
	case Undecided:
		return "unknown"
	}
	return "blocked"
}

// MarshalText returns the same word for JSON.
func (d Decision) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// Gate applies the decision to flows of which it holds for every packet.
func (d Decision) Gate(flows []Flow) []Flow {
	switch d {
	case Allowed:
		return flows
	case Undecided:
		return Doubt(flows)
	}
	return nil
}
