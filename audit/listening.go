package audit

import "github.com/sgaudit/sgaudit/inventory"

// web are the services that the open internet is meant to use. They are not a
// mistake, and so stand in no table of checks.
var web = map[inventory.Traffic]string{
	inventory.Ports(inventory.TCP, 80, 80):   "HTTP",
	inventory.Ports(inventory.TCP, 443, 443): "HTTPS",
	inventory.Ports(inventory.UDP, 443, 443): "HTTP/3",
}

// Listening names what commonly listens for a traffic and says of which class it
// is. Where several services share the port, the name is empty, and the class
// is theirs if all of them have the same. Traffic of a range has the name of the
// gravest service in it, behind "incl.".
func (s *Settings) Listening(t inventory.Traffic) (name string, class Class) {
	switch {
	case t.OpensAll():
		return "", AllTraffic
	case web[t] != "":
		return web[t], NoClass
	}
	var all []*Service
	var gravest *Service
	for _, list := range [][]Service{s.Services, services} {
		for i := range list {
			o := &list[i]
			if o.Traffic.Covers(t) {
				all = append(all, o)
			}
			if o.Traffic.Overlaps(t) && (gravest == nil || o.Severity > gravest.Severity || o.Severity == gravest.Severity && o.Class < gravest.Class) {
				gravest = o
			}
		}
	}
	switch {
	case len(all) == 0 && gravest == nil:
		return "", Unexpected
	case len(all) == 0:
		return "incl. " + gravest.Name, gravest.Class
	case len(all) == 1:
		return all[0].Name, all[0].Class
	}
	for _, o := range all[1:] {
		if o.Class != all[0].Class {
			return "", Unexpected
		}
	}
	return "", all[0].Class
}

// Names returns the names of all that commonly listens for a traffic, each once, in the order
// of the table of ports and then of the settings: nothing for all traffic and for
// nearly all ports, which would be all of them.
func (s *Settings) Names(t inventory.Traffic) []string {
	switch {
	case t.OpensAll():
		return nil
	case web[t] != "":
		return []string{web[t]}
	}
	return s.servicesOf(t, func(*Service) bool { return true })
}
