// Package path follows traffic through the stages of its way: what gets past all
// of them for certain, and what may.
//
// Traffic is a list of flows: packets of one address family and one protocol, to
// one interval of ports, from a set of addresses. The set is kept twice: the
// addresses that are in it for certain, and those that may be, because something
// that decides was not read. A Stage narrows flows, and Follow sends flows through
// stages. The verdict is Reachable if some packet passes every stage for certain,
// NotReachable if no packet may, and Unknown otherwise. Sets are exact: nothing is
// rounded to whole prefixes or to whole port ranges.
//
// The package knows nothing of AWS: stages are given to it. It imports the values
// of package inventory for protocols and ports alone.
package path
