#include "model/shell/tests/experiment.hpp"
using namespace experiment;
TEST(A,B){ auto p = spec_of(yaml("sync",4,"1MiB")); make_ties(p.get());
 execute(*p, [](run*r, std::string*){ static struct log *l = r->c.log; (void)l;
   u32 a; for(;;){ u64 t=evset_least(r->events,&a); if (t==TIME_NEVER||r->c.s->end) break; run_step(r,a);} 
   printf("end at %lu by actor %u\n", r->c.now, r->out.src);
   for (u32 i=0;i<r->c.s->actor_count;i++) printf("actor %u next %lu box %u now %lu\n", i, evset_next(r->events,i), evset_box_count(r->events,i), r->c.now);
   int n=0; msg m; for (u32 i=0;i<4;i++) if (evset_box_count(r->events,i)>200) { /* peek through raw */ printf("out:\n"); }
   for (u32 k=0;k<r->out.count;k++) printf(" %lu kind %u dst %u src %u\n", r->out.msg[k].at_ps, r->out.msg[k].kind, r->out.msg[k].dst, r->out.msg[k].src);
   (void)n;(void)m; fflush(stdout);} );
 outcome o = execute(*p, testbed()); 
 for (size_t i = o.lines.size()-60; i<o.lines.size(); i++) puts(line_text(o,i).c_str());}
