package flows

import (
	"fmt"
	"strconv"

	"github.com/sgaudit/sgaudit/words"
)

// reducedRow reads the values of a row, and keeps the first that has not its form.
type reducedRow struct {
	values []*string
	err    error
}

func (r *reducedRow) text(at int) string {
	if v := r.values[at]; v != nil {
		return *v
	}
	r.wrong(at)
	return ""
}

func (r *reducedRow) number(at int, limit uint64) uint64 {
	n, ok := number([]byte(r.text(at)), limit)
	if !ok {
		r.wrong(at)
	}
	return n
}

func (r *reducedRow) wrong(at int) {
	if r.err != nil {
		return
	}
	if r.values[at] == nil {
		r.err = fmt.Errorf("%s is NULL", ReducedColumns[at])
	} else {
		r.err = fmt.Errorf("%s is %s", ReducedColumns[at], strconv.Quote(words.Cut(*r.values[at], 60)))
	}
}

func (r *reducedRow) interfaceID() []byte {
	id := []byte(r.text(atInterface))
	if !isInterfaceID(id) {
		r.wrong(atInterface)
	}
	return id
}

// mostTime bounds times, in Unix seconds: the year 36812.
const mostTime = 1 << 40
