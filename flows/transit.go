package flows

import "errors"

// errTransitGateway is why the records of a transit gateway are left out, which AWS delivers into
// the same folders. Nothing is missing without them: they are about attachments, and the flow logs
// of the VPCs record the same packets at the network interfaces (Amazon VPC transit gateways user
// guide, transit gateway flow log records).
var errTransitGateway = errors.New("it is of a flow log of a transit gateway")

// transit says that a file is of a transit gateway.
func (l *lines) transit() {
	l.holds = holdsLines
	notes := &l.reducer.summary.Notes
	*notes = append(*notes, Note{File: l.source.path, Text: errTransitGateway.Error() + ", and its records name no network interface to which rules apply: it is left out, and no record of a network interface is missing because of it"})
}
