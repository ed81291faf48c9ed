package flows

import "slices"

// Ports below lowPorts need a privilege, those from highPorts on are given to clients by
// Linux and Windows. A NAT gateway or a load balancer gives any port from 1024 on to a
// client. From reservedPorts on, clients that prove their privilege have ports below
// lowPorts too: NFS, GlusterFS, rsh (rresvport(3): 512 to 1023; bindresvport(3): 600 to
// 1023; sunrpc.min_resvport of Linux: 665).
const (
	reservedPorts = 512
	lowPorts      = 1024
	highPorts     = 32768
)

// ServicePorts are the ports of services from 512 to 1023 (IANA, Service Name and Transport
// Protocol Port Number Registry) which servers in a VPC have: syslog and shell, printer,
// AFP, RTSP, NNTPS, message submission, RPC over HTTP, IPMI, IPP, LDAPS, Kerberos
// administration, DNS over TLS, iSCSI, rsync, VMware, rndc, FTPS, telnets, IMAPS and POP3S.
// Another port of these is as likely that of a client.
var ServicePorts = []uint16{514, 515, 548, 554, 563, 587, 593, 623, 631, 636, 749, 853, 860, 873, 902, 953, 989, 990, 992, 993, 995}

// services reports whether a port is one that only services have, of all below lowPorts.
func services(port uint16) bool {
	return port < reservedPorts || port < lowPorts && slices.Contains(ServicePorts, port)
}

// reserved reports whether a port may be that of a service or of a client with a privilege.
func reserved(port uint16) bool { return port < lowPorts && !services(port) }

// guess returns how likely a connection of TCP or UDP goes to the port on each of two sides.
// Known: it goes to the first one, as far as ports say it, and the other way is not counted.
func guess(port, other uint16) (to, from Certainty, known bool) {
	switch {
	case port < reservedPorts && other >= highPorts:
		return Likely, Unlikely, true
	case port < lowPorts && other >= lowPorts:
		if reserved(port) {
			return Either, Either, false
		}
		return Likely, Unlikely, false
	case port < highPorts && other >= highPorts:
		return Likely, Unlikely, false
	}
	return Either, Either, false
}
