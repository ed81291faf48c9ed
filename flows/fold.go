package flows

func portClass(port uint16) int {
	switch {
	case port < lowPorts:
		return systemPorts
	case port < highPorts:
		return userPorts
	}
	return dynamicPorts
}

func maskPort(port uint16, level uint8) uint16 {
	if port < lowPorts {
		return port
	}
	return max(port&^uint16(1<<(16-portLevels[level])-1), min(lowPorts, port))
}

// lastPort is the last port of a block.
func lastPort(port uint16, level uint8) uint16 {
	if port < lowPorts {
		return port
	}
	return port | uint16(1<<(16-portLevels[level])-1)
}

func addressClass(a address) uint8 {
	if a.is4() {
		n := uint32(a.lo)
		if n>>24 == 10 || n>>20 == 0xac1 || n>>16 == 0xc0a8 || n>>22 == 0x64<<2|1 {
			return private4
		}
		return public4
	}
	if a.hi>>57 == 0xfc>>1 || a.hi>>54 == 0xfe80>>6 {
		return private6
	}
	return public6
}

func maskAddress(a address, level uint8) address {
	if a.is4() {
		return a.mask(int(levels4[level]))
	}
	return a.mask(int(levels6[level]))
}

// joinPorts is the port that both are, or several.
func joinPorts(a, b int32) int32 {
	switch {
	case a == b || b == noPort:
		return a
	case a == noPort:
		return b
	}
	return severalPorts
}

// takeEntries takes all entries out of a group.
func (t *table) takeEntries(g int32) []entry {
	var taken []entry
	for i := t.group[g].head; i >= 0; {
		e := t.entry[i]
		if e.address.is4() {
			delete(t.four, uint64(g)<<32|e.address.lo&0xffffffff)
		} else {
			delete(t.six, sixKey{g, e.address.hi, e.address.lo})
		}
		taken = append(taken, e)
		t.free = append(t.free, i)
		i = e.next
	}
	t.group[g].head, t.group[g].count = -1, 0
	return taken
}

// foldAddresses makes the blocks of a group larger.
func (t *table) foldAddresses(g int32, level uint8) {
	taken := t.takeEntries(g)
	t.group[g].level = level
	for i := range taken {
		t.addAddress(g, maskAddress(taken[i].address, level), taken[i].other, &taken[i].Count)
	}
}

// foldPorts makes the blocks of a lane's ports of one class larger.
func (t *table) foldPorts(l int32, class int, level uint8) {
	type moved struct {
		group   group
		entries []entry
	}
	var all []moved
	at := &t.lane[l].head
	for g := *at; g >= 0; {
		next := t.group[g].next
		if portClass(t.group[g].port) == class {
			old := t.group[g]
			all = append(all, moved{old, t.takeEntries(g)})
			delete(t.groups, groupKey(l, old.port, old.class))
			t.freed = append(t.freed, g)
			*at = next
		} else {
			at = &t.group[g].next
		}
		g = next
	}
	t.lane[l].level[class] = level
	t.lane[l].ports[class] = 0
	for _, m := range all {
		for i := range m.entries {
			e := &m.entries[i]
			t.addPort(l, class, m.group.port, e.address, m.group.level, e.other, &e.Count)
		}
	}
}
